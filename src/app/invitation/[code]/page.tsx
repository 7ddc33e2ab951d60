import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { Card, CardBody } from '@/ui/card'
import { Logo } from '@/ui/nav'
import { JoinForm } from './_parts/join-form'

/** The address is a secret: no page that follows learns it. */
export const metadata = { title: 'Invitation', robots: { index: false }, referrer: 'no-referrer' as const }

export default async function InvitationPage({ params }: { params: Promise<{ code: string }> }) {
  const { code } = await params
  const { merchant, email, role } = await orNotFound((await caller()).invitation.get({ code }))
  return (
    <main className="mx-auto flex min-h-dvh max-w-[25rem] flex-col justify-center px-4 py-12">
      <span className="self-center">
        <Logo />
      </span>
      <h1 className="mt-8 mb-2 text-center font-semibold text-xl">Join {merchant}</h1>
      <p className="mb-5 text-center text-ink-3 text-ui">
        You are invited to the dashboard as {role}. Choose the password that you will sign in with.
      </p>
      <Card>
        <CardBody className="sm:py-6">
          <JoinForm code={code} email={email} />
        </CardBody>
      </Card>
    </main>
  )
}
