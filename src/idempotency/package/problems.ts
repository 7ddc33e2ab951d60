export * from '../problems'
