import { checkRows } from '@/platform/db'

// Vitest runs this file before each test file: raw SQL is compared with the shape its reader declares.
checkRows()
