import '@/app/globals.css'
import type { AppProps } from 'next/app'

/** The checkout is outside the App Router; pages/checkout says why. */
export default function App({ Component, pageProps }: AppProps) {
  return <Component {...pageProps} />
}
