import { PageLoading } from '@/app/dashboard/_parts/page-loading'

export default PageLoading
