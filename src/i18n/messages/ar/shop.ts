import type { Messages, Translation } from '../../messages'

export const shop: Translation<Messages['shop']> = {
  documentTitle: 'Payonce – اضغط «ادفع» قدر ما تشاء، ولن تدفع إلا مرة واحدة',
  title: 'اضغط «ادفع» قدر ما تشاء.',
  lead: 'لن يُخصم منك المبلغ إلا مرة واحدة. اشترِ شيئًا من هذا المتجر التجريبي، واضغط «ادفع» خمسًا وعشرين مرة، وأعد تحميل الصفحة، واقطع الاتصال، ثم انظر في دفتر الحسابات.',
  products: 'المنتجات',
  quantity: 'الكمية من {product}',
  buy: 'اشترِ<name> {product}</name>',
  testMode: 'وضع التجربة: لا تُنقل فيه أموال حقيقية، ولا تُقبل إلا بطاقات الاختبار.',
  product: {
    't-shirt': { name: 'تيشيرت', description: 'قطن عضوي، مطبوع يدويًا بالشاشة الحريرية.' },
    notebook: { name: 'دفتر حسابات', description: 'عمودان في كل صفحة، كما يحب القيد المزدوج.' },
    tea: { name: 'شاي سنشا، 100 غرام', description: 'القطفة الأولى من أوجي، ربيع هذا العام.' },
    lamp: { name: 'مصباح مكتب نحاسي', description: 'صُنع ليُضاء أكثر من مرة.' },
  },
}
