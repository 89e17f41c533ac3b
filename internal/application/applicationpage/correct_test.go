package applicationpage_test

import (
	"net/http"
	"testing"

	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/db/dbtest"
)

func TestCorrectionOpensAQuestion(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := world(t, d, now)
	anna := w.Resident("Ирина Соколова", "+79160000001")
	b := w.SignedIn(anna)
	id := w.Sent(anna)
	volkov := w.CaseWorker("volkov", "mvd")
	if err := w.Applications.Take(ctx, volkov, id); err != nil {
		t.Fatal(err)
	}
	ask := application.Ask{Fields: []string{"purpose", "changed_name"}, Reason: application.Incorrect, Words: "Проверьте, пожалуйста."}
	if err := w.Applications.AskCorrection(ctx, volkov, id, ask); err != nil {
		t.Fatal(err)
	}
	path, send := "/applications/"+string(id), "Send the correction to Ministry of Internal Affairs"
	t.Run("Q-59 an answer that opens a question shows it, keeps what was typed and sends nothing yet", func(t *testing.T) {
		p := b.For(t).Open(path + "/correct").MustNot("Former surname and first name")
		p = p.ChooseIn("Why you are applying", "The previous one expires or has expired").ChooseIn("Have you changed your name", "Yes").Press(send)
		if p.Status != http.StatusUnprocessableEntity || !p.Has("Former surname and first name") || !p.Has("Photo page of the previous passport") {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		p = p.Fill("Former surname and first name", "Ветрова Ирина").
			Attach("Photo page of the previous passport", "old.png", "image/png", applicationtest.Photo(t, 500, 600)).Press(send)
		p.MustBe(http.StatusOK, path).Must("Correction sent")
		v, err := w.Applications.See(ctx, anna, id)
		if err != nil || v.Form.Answers["former_name"].Text != "Ветрова Ирина" || v.Form.Answers["old_copy"].Text == "" || v.Form.Answers["purpose"].Text != "expiring" {
			t.Fatalf("%v %+v", err, v.Form.Answers)
		}
	})
}
