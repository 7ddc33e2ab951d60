import Link from 'next/link'
import { Card, CardBody } from '@/ui/card'
import { LINK, Logo } from '@/ui/nav'
import { SignInForm } from './_parts/sign-in-form'

export const metadata = { title: 'Sign in', robots: { index: false } }

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[] }>
}) {
  const { next } = await searchParams
  return (
    <main className="mx-auto flex min-h-dvh max-w-[25rem] flex-col justify-center px-4 py-12">
      <Link href="/" className="self-center text-ink no-underline">
        <Logo />
      </Link>
      <h1 className="mt-8 mb-5 text-center font-semibold text-xl">Sign in to the dashboard</h1>
      <Card>
        <CardBody className="sm:py-6">
          <SignInForm next={ownPath(next)} />
        </CardBody>
      </Card>
      <p className="mt-5 text-center text-ink-3 text-ui">
        In the sandbox, <code className="font-mono text-xs">npm start</code> prints the demo operator’s
        sign-in.{' '}
        <Link href="/" className={LINK}>
          Go to the test shop
        </Link>
      </p>
    </main>
  )
}

/** The page after the sign-in: always inside the dashboard or the lab, whatever the address contains. */
function ownPath(next: string | string[] | undefined): string {
  return typeof next === 'string' && /^\/(lab|dashboard(\/[\w/-]*)?)$/.test(next) ? next : '/dashboard'
}
