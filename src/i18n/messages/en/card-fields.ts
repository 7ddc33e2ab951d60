/** The checkout where the card is typed into Stripe's fields. "Nothing was charged" appears only where that is certain. */
export const cardFields = {
  label: 'Card details',
  loading: 'Loading the card fields…',
  slow: 'The card fields take longer than usual to load. Nothing was charged, and your order is kept.',
  test: 'Test mode · no real money',
  testCard: 'Pay with <number>4242 4242 4242 4242</number>, any later date and any code.',
  goesTo: 'Your card details go to Stripe, never to this shop.',
  failed: {
    title: 'The card fields could not be loaded',
    body: 'They come from Stripe, which this browser could not reach. Nothing was charged, and your order is kept.',
    again: 'Try again',
  },
  wrong: {
    fields: 'A card field is empty or wrong. Correct it, then press Pay. Nothing was charged.',
    refused: 'Stripe did not accept this card. Check its details, or use another card. Nothing was charged.',
    away: 'Stripe cannot be reached. Nothing was sent, and nothing was charged. Press Pay again in a moment.',
    loading: 'The card fields are not ready yet. Nothing was sent. Press Pay once they are here.',
  },
  noScript: {
    title: 'A card cannot be taken without JavaScript',
    body: 'Card details go from your browser straight to Stripe, which needs JavaScript. Nothing was charged, and your order is kept: turn JavaScript on and reload this page, or ask <name>{merchant}</name> for another way to pay.',
  },
}
