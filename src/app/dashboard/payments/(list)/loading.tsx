export { PageLoading as default } from '@/app/dashboard/_parts/page-loading'
