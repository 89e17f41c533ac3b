package pdf_test

import "okno/internal/pdf"

var russian = wording{
	lang: "ru", mark: "Окно", authority: "Пенсионный фонд\nМиграционная служба", page: "страница {n} из {m}",
	copies: []string{"Экземпляр 1: остаётся в центре", "Экземпляр 2: для заявителя"},
	date:   "Дата", sign: "Подпись", stamp: "Отметка центра обслуживания",
	form: formWords{
		title:  "Заявление о подтверждении личности",
		lead:   "Прошу подтвердить мою личность для работы с порталом. Мои сведения верны; документ, удостоверяющий личность, предъявляю.",
		person: "Заявитель",
		rows: []pdf.Row{
			{Label: "Фамилия, имя, отчество", Value: "Щёголева Алёна Юрьевна"},
			{Label: "Вид документа", Value: "Паспорт гражданина"},
			{Label: "Серия и номер", Value: "45 08 123456"},
			{Label: "Код подразделения и дата выдачи", Value: "770-021, 14.05.2008"},
			{Label: "Нужная услуга", Value: "Подтверждение личности для портала"},
			{Label: "Имя для входа", Value: ""},
		},
		notice: "Услуга бесплатна и занимает не больше пяти минут.",
	},
	statement: statementWords{
		title: "Сведения о состоянии лицевого счёта",
		lead:  "Выписка составлена 2 марта 2026 года по данным пенсионного реестра.",
		table: "Взносы, перечисленные работодателями",
		rows: []pdf.Row{
			{Label: "Застрахованное лицо", Value: "Щёголева Алёна Юрьевна"},
			{Label: "СНИЛС", Value: "112-233-445 95"},
		},
		columns:   []string{"Год", "Работодатель", "Месяцев", "Взносы, ₽"},
		employers: []string{"ООО «Ёлка»", "Муниципальное бюджетное общеобразовательное учреждение «Средняя школа № 12»", "ПАО «Объединённые заводы»"},
		total:     "Итого",
	},
	result: decisionWords{
		title: "Решение о выдаче заграничного паспорта", decision: "Заявление удовлетворено.",
		reason: "Проверены анкета, фотография и сведения реестров. Препятствий к выдаче нет (статья 15).",
		appeal: "С решением можно не согласиться: жалоба подаётся в течение 30 дней.",
		rows:   []pdf.Row{{Label: "Номер дела", Value: "2026-000417"}, {Label: "Срок действия", Value: "10 лет"}},
		alt:    "Код для проверки документа", caption: "Проверить документ можно без входа: наведите камеру или введите код на странице okno.example/verify",
	},
}

var persian = wording{
	lang: "fa", rightToLeft: true, mark: "اُکنو", authority: "صندوق بازنشستگی\nادارهٔ مهاجرت", page: "صفحهٔ {n} از {m}", digits: "۰۱۲۳۴۵۶۷۸۹",
	copies: []string{"نسخهٔ ۱: در مرکز می‌ماند", "نسخهٔ ۲: برای متقاضی"},
	date:   "تاریخ", sign: "امضا", stamp: "مهر مرکز خدمات",
	form: formWords{
		title:  "درخواست تأیید هویت",
		lead:   "خواهشمند است هویت مرا برای کار با درگاه Okno تأیید کنید. اطلاعات من درست است و مدرک شناسایی را همراه می‌آورم.",
		person: "متقاضی",
		rows: []pdf.Row{
			{Label: "نام خانوادگی و نام", Value: "رضایی، گل‌نار"},
			{Label: "نوع مدرک", Value: "گذرنامه"},
			{Label: "شمارهٔ مدرک", Value: "45 08 123456"},
			{Label: "شناسهٔ گذرنامه و تاریخ صدور", Value: "۷۷۰-۰۲۱، صادرشده در ۱۴۰۳/۰۲/۲۵"},
			{Label: "خدمت مورد نیاز", Value: "تأیید هویت برای درگاه"},
			{Label: "نام کاربری", Value: ""},
		},
		notice: "این خدمت رایگان است و بیش از پنج دقیقه طول نمی‌کشد.",
	},
	statement: statementWords{
		title: "وضعیت حساب بازنشستگی",
		lead:  "این گواهی در ۱۱ اسفند ۱۴۰۴ از روی داده‌های سامانهٔ بازنشستگی تهیه شده است.",
		table: "حق بیمه‌ای که کارفرمایان پرداخته‌اند",
		rows: []pdf.Row{
			{Label: "بیمه‌شده", Value: "رضایی، گل‌نار"},
			{Label: "شمارهٔ بیمه", Value: "112-233-445 95"},
		},
		columns:   []string{"سال", "کارفرما", "ماه", "حق بیمه (ریال)"},
		employers: []string{"شرکت سرو", "مدرسهٔ دولتی شمارهٔ ۱۲ شهرداری", "Silk Road Trading Ltd."},
		total:     "جمع",
	},
	result: decisionWords{
		title: "تصمیم دربارهٔ صدور گذرنامه", decision: "درخواست پذیرفته شد.",
		reason: "فرم، عکس و داده‌های سامانه‌ها بررسی شد. مانعی برای صدور نیست (مادهٔ ۱۵ قانون).",
		appeal: "اگر با این تصمیم موافق نیستید، می‌توانید تا ۳۰ روز شکایت کنید.",
		rows:   []pdf.Row{{Label: "شمارهٔ پرونده", Value: "2026-000417"}, {Label: "مدت اعتبار", Value: "۱۰ سال"}},
		alt:    "رمزینه برای بررسی سند", caption: "سند را بدون ورود می‌توان بررسی کرد: دوربین را روی رمزینه بگیرید یا کد را در okno.example/verify وارد کنید.",
	},
}

var english = wording{
	lang: "en", mark: "Okno", authority: "Pension Fund\nMigration Service", page: "page {n} of {m}",
	copies: []string{"Copy 1: stays at the centre", "Copy 2: for the applicant"},
	date:   "Date", sign: "Signature", stamp: "For the service centre",
	form: formWords{
		title:  "Application to confirm identity",
		lead:   "Please confirm my identity for the portal. My details are correct, and I show my identity document.",
		person: "Applicant",
		rows: []pdf.Row{
			{Label: "Surname and given names", Value: "O’Brien, Zoë Søren"},
			{Label: "Kind of document", Value: "Passport"},
			{Label: "Document number", Value: "45 08 123456"},
			{Label: "Passport identifier and date of issue", Value: "770-021, 14 May 2008"},
			{Label: "Service wanted", Value: "Identity confirmation for the portal"},
			{Label: "Login", Value: ""},
		},
		notice: "The service is free and takes no more than five minutes.",
	},
	statement: statementWords{
		title: "Pension account statement",
		lead:  "Drawn up on 2 March 2026 from the pension register.",
		table: "Contributions transferred by employers",
		rows: []pdf.Row{
			{Label: "Insured person", Value: "O’Brien, Zoë Søren"},
			{Label: "Insurance number", Value: "112-233-445 95"},
		},
		columns:   []string{"Year", "Employer", "Months", "Contributions"},
		employers: []string{"Fir Tree Ltd", "Municipal General School No. 12 of the Northern District", "United Works plc"},
		total:     "Total",
	},
	result: decisionWords{
		title: "Decision on a foreign passport", decision: "The application is granted.",
		reason: "The form, the photo and the registers were checked. Nothing stands against the issue (section 15).",
		appeal: "If you disagree, you can complain within 30 days.",
		rows:   []pdf.Row{{Label: "Case number", Value: "2026-000417"}, {Label: "Valid for", Value: "10 years"}},
		alt:    "Code to check this document", caption: "Anybody can check this document without signing in: point a camera or type the code at okno.example/verify",
	},
}
