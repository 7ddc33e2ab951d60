/** When there is no page, or it broke. */
export const trouble = {
  notFound: {
    documentTitle: 'Not found',
    title: 'There is nothing here',
    body: 'The address may be mistyped, or what it led to is not there any more.',
    toShop: 'To the shop',
  },
  broken: {
    documentTitle: 'Error – Payonce',
    title: 'This page could not be shown',
    body: 'Something is broken on our side. Looking at this page changed nothing; you can try again.',
    again: 'Try again',
    reference: 'Reference: <code>{digest}</code>',
  },
} as const
