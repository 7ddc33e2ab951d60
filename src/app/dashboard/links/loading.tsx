import { PageLoading } from '../_parts/frame/page-loading'

export default PageLoading
