export { useAttempt, useOnline } from '../client/react'
