package archtest_test

import (
	"os"
	"strings"
	"testing"

	"okno/internal/text"
	"okno/internal/text/texttest"
	"okno/internal/visit/visittest"
)

// labels are the words of the section Labels of docs/facts.md that stand on what is
// built, each with the text that shows it.
var labels = []struct{ key, label string }{
	{"visit.sign_in", "Войти"},
	{"visit.register", "Регистрация"},
	{"registration.contact.title", "Регистрация"},
	{"registration.contact.register", "Зарегистрироваться"},
	{"catalogue.home.register", "Зарегистрироваться"},
	{"catalogue.home.sign_in", "Войти"},
	{"visit.menu.account", "Личный кабинет"},
	{"overview.title", "Личный кабинет"},
	{"visit.location", "Ваше местоположение"},
	{"visit.bar.authorities", "Органы власти"},
	{"visit.bar.services", "Госуслуги"},
	{"visit.bar.search", "Поиск услуг"},
	{"catalogue.home.post", "Госпочта"},
	{"catalogue.home.popular_site", "Популярное на сайте"},
	{"catalogue.home.doors", "Вход в Госуслуги"},
	{"catalogue.home.popular", "Популярные услуги"},
	{"catalogue.home.questions", "Популярные вопросы"},
	{"registration.contact.no_phone", "У меня нет мобильного телефона"},
	{"registration.code.label", "Код подтверждения"},
	{"registration.code.continue", "Продолжить"},
	{"profile.continue", "Продолжить"},
	{"profile.confirm", "Подтвердить"},
	{"registration.password.done", "Готово"},
	{"registration.confirm.button", "Подтвердить почту"},
	{"registration.message.letter.button", "Подтвердить почту"},
	{"registration.code.again", "Получить новый код"},
	{"profile.code.again", "Получить новый код"},
	{"profile.edit.title", "Заполнение и проверка личных данных"},
	{"profile.later", "Заполнить позже"},
	{"check.done.complete", "Проверка ваших личных данных завершена"},
	{"profile.check.done", "Проверка ваших личных данных завершена"},
	{"check.sign_in_again", "Войти повторно"},
	{"check.to_services", "Перейти в каталог услуг"},
	{"profile.data.title", "Мои данные"},
	{"profile.general", "Общие данные"},
	{"profile.personal", "Основная информация"},
	{"profile.to_editing", "Перейти к редактированию"},
	{"profile.settings", "Настройки учётной записи"},
	{"signin.settings.title", "Настройки учётной записи"},
	{"signin.settings.security", "Безопасность"},
	{"signin.events.tab", "События безопасности"},
	{"signin.change.tab", "Изменить пароль"},
	{"catalogue.step.confirm", "Перейти к подтверждению личности"},
	{"visit.level.step.standard", "Перейти к подтверждению личности"},
	{"proofing.choose.methods", "Доступные способы подтверждения"},
	{"proofing.centre.find", "Найти центр обслуживания"},
	{"catalogue.centres.find", "Найти центр обслуживания"},
	{"ui.search.button", "Найти"},
	{"catalogue.offer.confirm", "Подтверждение личности"},
	{"visit.footer.centres", "Центры обслуживания"},
	{"profile.confirmed", "Подтверждён"},
	{"ui.exit", "Выход"},
	{"signin.recover", "Восстановить пароль"},
	{"catalogue.step.apply", "Получить услугу"},
}

func TestLabels(t *testing.T) {
	ru := russian(t)
	for _, row := range labels {
		if got := ru.T(row.key); got != row.label {
			t.Errorf("%s is %q, the facts say %q", row.key, got, row.label)
		}
	}
	for key, label := range map[string]string{"registration.password.repeat": "Повторите", "ui.password.high": "Высокая"} {
		if got := ru.T(key); !strings.Contains(got, label) {
			t.Errorf("%s is %q, the facts say %q", key, got, label)
		}
	}
	if got := ru.T("registration.done.text", "n", 3); got != "Регистрация прошла успешно. Через 3 секунды вы будете возвращены на портал." {
		t.Errorf("registration.done.text is %q", got)
	}
}

func TestLabelsOfTheReferencePack(t *testing.T) {
	law := visittest.Law(t, "ru")
	for id, label := range map[string]string{
		"pension_statement":  "Получение информации о состоянии индивидуального лицевого счёта",
		"court_debt":         "Судебная задолженность",
		"kindergarten_enrol": "Записать ребёнка в детский сад",
		"kindergarten_queue": "Проверить очередь в детский сад",
	} {
		if s, ok := law.Service(id); !ok || s.Name.In("ru") != label {
			t.Errorf("%s is %q, the facts say %q", id, s.Name.In("ru"), label)
		}
	}
	ways := map[string]bool{}
	for _, m := range law.Proofing.Methods {
		ways[m.Name.In("ru")] = true
	}
	for _, label := range []string{"Обратиться лично", "Получить код подтверждения письмом", "С помощью электронной подписи или УЭК"} {
		if !ways[label] {
			t.Errorf("no way of proof is called %q", label)
		}
	}
}

// russian are the texts as the reference jurisdiction shows them.
func russian(t *testing.T) *text.Printer {
	t.Helper()
	c := texttest.Load(t)
	if _, err := os.Stat("../../jurisdictions/ru/text"); err == nil {
		if c, err = c.Overlay(os.DirFS("../../jurisdictions/ru/text")); err != nil {
			t.Fatal(err)
		}
	}
	return c.For("ru")
}
