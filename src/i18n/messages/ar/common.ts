import type { Messages, Translation } from '../../messages'

export const common: Translation<Messages['common']> = {
  skip: 'انتقل إلى المحتوى',
  language: 'اللغة',
  home: 'متجر Payonce',
  navigation: 'القائمة الرئيسية',
  docs: 'الوثائق',
  dashboard: 'لوحة التحكم',
  secure: 'دفع آمن',
  once: 'الدفع عبر Payonce: لا تدفع إلا مرة واحدة.',
  backTo: 'العودة إلى <name>{merchant}</name>',
  help: 'المساعدة',
  theme: { system: 'المظهر: حسب الجهاز', light: 'المظهر: فاتح', dark: 'المظهر: داكن', change: 'تغيير' },
  copy: 'نسخ',
  copied: 'تم النسخ',
}
