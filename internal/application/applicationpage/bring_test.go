package applicationpage_test

import (
	"net/http"
	"testing"

	"okno/internal/application"
	"okno/internal/application/applicationdesk"
	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestBringInstead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		applicationdesk.Mount(w.Site, w.Applications)
		anna := w.Resident("Ирина Соколова", "+79160000001")
		b := w.SignedIn(anna)
		p := b.Open("/services/foreign_passport/apply").Press("Start the application")
		p = p.Choose("With an electronic chip, for 10 years").Choose("The previous one expires or has expired").Press("Save and continue")
		p = p.Fill("Surname and first name in Latin letters", "SOKOLOVA IRINA").Press("Save and continue")
		typed := p.Choose("I am retired").Values("page")
		typed.Set("changed_name", "no")
		typed.Set("secrets", "no")
		p = b.Send(p.Path, typed)
		t.Run("APP-03 the page offers to bring it, and says where and when", func(t *testing.T) {
			p.Must("Photo page of the previous passport", "I will bring it instead", "when you collect the new one")
			if again := p.Press("Save and continue"); again.Status != http.StatusUnprocessableEntity {
				t.Fatal(again.Status)
			}
		})
		t.Run("APP-03 a file that is sent after all counts more than the tick", func(t *testing.T) {
			photo := p.Choose("I will bring it instead").Attach("Photo page of the previous passport", "old.png", "image/png", applicationtest.Photo(t, 60, 60)).Press("Save and continue")
			photo.Must("Your photo")
			b.Open(p.Path).Must("Uploaded and readable")
		})
		p = b.Open(p.Path).Choose("I will bring it instead").Press("Save and continue")
		p = p.Attach("Your photo", "me.png", "image/png", applicationtest.Photo(t, 450, 560)).Press("Save and continue")
		centre, _ := w.Law.Centre(w.Office("foreign_passport", "office"))
		p = p.Select("Passport office", centre.Name.In("en")+", "+centre.Address.In("en"))
		p = p.Choose("I have checked the data and agree that the Ministry of Internal Affairs processes them").Press("Save and continue").Must("Will be brought")
		sent := p.Press("Send to Ministry of Internal Affairs").Must("Bring this", "Photo page of the previous passport")
		officer := w.CaseWorker("volkov", "mvd")
		if err := w.Applications.Take(ctx, officer, application.ID(sent.Path[len("/applications/"):])); err != nil {
			t.Fatal(err)
		}
		desk := w.AtDesk(officer.ID).Open("/desk/cases/" + sent.Path[len("/applications/"):] + "?for=decide")
		t.Run("APP-07 the officer ticks off what came, and the applicant's timeline shows it", func(t *testing.T) {
			desk = desk.Must("Brought by the applicant", "Has not come yet").Press("It came: Photo page of the previous passport")
			desk.MustNot("Has not come yet").Must("Came ")
			b.Open(sent.Path).Must("The office has received", "Photo page of the previous passport").MustNot("Bring this")
		})
	})
}
