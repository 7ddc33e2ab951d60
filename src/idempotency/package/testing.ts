export { type MemoryForm, MemoryStore, type MemoryWrite } from '../stores/memory'
export { fakeChannel, lockTable } from '../testing/browser'
export { type StoreHarness, storeContract } from '../testing/store.contract'
