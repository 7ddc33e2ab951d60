import { conform, conforms, table } from '@payonce/conform'

const [url = 'http://localhost:3000/orders'] = process.argv.slice(2)
const report = await conform({ url, profile: 'ietf', headers: { user: 'ada' }, body: '{"amount": 5}' })
console.log(table(report))
if (!conforms(report, false)) process.exitCode = 1
