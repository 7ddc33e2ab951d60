import { randomUUID, randomBytes, createHash } from 'node:crypto'
import { holdsCardNumber } from '@/lib/card-number'
import { showId, uuidv7 } from '@/lib/id'
import { mintKey } from '@/idempotency/client/key'
import { recordId } from '@/idempotency/core/fingerprint'
const C='0123456789ABCDEFGHJKMNPQRSTVWXYZ', B='useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict'
const pick=(a:string,n:number)=>[...randomBytes(n)].map(b=>a[b%a.length]).join('')
const N=300_000
const kinds:Record<string,()=>string>={ uuid:randomUUID, uuidInText:()=>`order ${randomUUID()}-1`, uuidNoDash:()=>randomUUID().replaceAll('-',''), ulid:()=>'01K'+pick(C,23), nanoid:()=>pick(B,21), shown:()=>showId('pay',uuidv7()), key:()=>mintKey(), token:()=>randomBytes(24).toString('base64url'), hex64:()=>randomBytes(32).toString('hex'), hex24:()=>randomBytes(12).toString('hex'), hex16:()=>randomBytes(8).toString('hex'), ref:()=>`R-${pick('0123456789',6)}`, dateRef:()=>`2026-${pick('0123456789',6)}-${pick('0123456789',4)}`, num16:()=>pick('0123456789',16), phone:()=>`+49 1${pick('0123456789',2)} ${pick('0123456789',8)}`, iso:()=>new Date(Date.now()+Math.random()*1e11).toISOString(), ms:()=>String(Date.now()+Math.floor(Math.random()*1e10)), objid:()=> (Math.floor(Date.now()/1000)).toString(16)+pick('0123456789abcdef',16)}
for (const [k,f] of Object.entries(kinds)) { let c=0; let ex=''; const t=performance.now(); for(let i=0;i<N;i++){const v=f(); if(holdsCardNumber(v)){c++;ex=v}} console.log(k,c,ex,Math.round(performance.now()-t)) }
for (const t of ['PAN4242424242424242','x4242424242424242','4242.4242.4242.4242','4242/4242/4242/4242','4242_4242_4242_4242','4242\n4242\n4242\n4242','4242  4242  4242  4242','4242\u00a04242\u00a04242\u00a04242','\uff14\uff12\uff14\uff12'.repeat(4),'4242\u200b4242\u200b4242\u200b4242','k-4242424242424242','٤٢٤٢'.repeat(4),'४२४२'.repeat(4),'4\u200d2'.repeat(8),'𝟒𝟐'.repeat(8)]) if(!holdsCardNumber(t)) console.log('MISSED',JSON.stringify(t))
const big='1 '.repeat(32000); const t0=performance.now(); holdsCardNumber(big); holdsCardNumber('4'.repeat(64000)); holdsCardNumber('a1'.repeat(32000)); holdsCardNumber('४'.repeat(20000)); console.log('64k', performance.now()-t0)
