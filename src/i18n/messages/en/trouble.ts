/** The pages for an unknown address and for a failure of ours. */
export const trouble = {
  notFound: {
    documentTitle: 'Not found',
    title: 'There is nothing here',
    body: 'The address may be mistyped, or the page it led to may be gone.',
    toShop: 'Go to the shop',
  },
  broken: {
    documentTitle: 'Error – Payonce',
    title: 'This page could not be shown',
    body: 'Something failed on our side. Opening this page changed nothing; you can try again.',
    again: 'Try again',
    reference: 'Reference: <code>{digest}</code>',
  },
} as const
