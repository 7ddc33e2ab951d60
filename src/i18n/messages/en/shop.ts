/** The test shop. The key of a product is its SKU. */
export const shop = {
  documentTitle: 'Payonce – pay as often as you like, be charged once',
  title: 'Press Pay as often as you like.',
  lead: 'You are charged once. Buy something from this test shop, press Pay twenty-five times, reload, drop the connection, then check the ledger.',
  learn: 'See why: break it, step by step',
  lab: 'Fault lab: break real servers',
  products: 'Products',
  quantity: 'Quantity of {product}',
  buy: 'Buy<name> {product}</name>',
  testMode: 'Test mode: no real money moves, and only test cards are accepted.',
  live: {
    title: 'Payments are made at the shop’s own link.',
    body: 'There is nothing to buy here. To pay for an order, open the link that the shop gave you.',
    toDashboard: 'For shop operators: dashboard',
  },
  tooManyOrders:
    'Too many orders came from your network. Nothing was ordered. Wait a minute, then try again.',
  product: {
    't-shirt': { name: 'T-shirt', description: 'Organic cotton, screen-printed by hand.' },
    notebook: { name: 'Ledger notebook', description: 'Two columns to a page, ready for double entry.' },
    tea: { name: 'Sencha, 100 g', description: 'First harvest from Uji, this spring.' },
    lamp: { name: 'Brass desk lamp', description: 'Made to be switched on more than once.' },
  },
} as const
