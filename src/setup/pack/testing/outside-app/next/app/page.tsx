import { OrderButton } from './order-button.tsx'

export default function Page() {
  return <OrderButton />
}
