import '@/app/globals.css'
import type { AppProps } from 'next/app'

/** The checkout stands outside the App Router; see pages/checkout. */
export default function App({ Component, pageProps }: AppProps) {
  return <Component {...pageProps} />
}
