/** The page of a payment link. */
export const link = {
  documentTitle: '{name} – {merchant}',
  continue: 'Continue to payment',
  nothingYet: 'Nothing is charged yet. You pay on the next page.',
  yourOrder: 'You have an order from this link that is not paid yet.',
  toYourOrder: 'Continue with your order',
  ended: {
    title: 'This link has ended',
    body: 'It takes no more orders. Nothing was charged. Ask the shop for a new link.',
  },
  paused: {
    title: 'This link is paused',
    body: 'The shop takes no orders through it at the moment. Nothing was charged. Try again later, or ask the shop.',
  },
  usedUp: {
    title: 'This link is used up',
    body: 'Others have taken all of its orders. Nothing was charged. Ask the shop for a new link.',
  },
} as const
