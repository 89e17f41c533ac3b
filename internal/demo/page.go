package demo

import (
	"net/http"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/sim/control"
	"okno/sim/mail"
	"okno/sim/smsc"
)

// page is the control page: plain, without scripts, it refreshes itself.
var page = control.NewPage(`{{define "title"}}Okno demo{{end}}
{{define "main"}}<h1>Okno demo</h1>
<p>Portal: <a href="{{.Portal}}">{{.Portal}}</a>. Officers: <a href="{{.Portal}}/desk/signin">{{.Portal}}/desk/signin</a>. <a href="./">Show again</a></p>
<h2>Time machine</h2>
<p>It is {{.Now}} (UTC).</p>
<form method="post" action="clock"><label>Move forward by<input name="advance" value="24h" size="8"></label><button>Move</button></form>
<h2>SMS</h2>
<div class="wide"><table><thead><tr><th>When</th><th>To</th><th>Text</th></tr></thead><tbody>
{{range .SMS}}<tr><td>{{.ReceivedAt.Format "15:04:05"}}</td><td>{{.To}}</td><td dir="auto">{{.Text}}</td></tr>{{else}}<tr><td colspan="3">No SMS yet.</td></tr>{{end}}</tbody></table></div>
<p><a href="smsc/">All SMS and how the centre behaves</a></p>
<h2>E-mail</h2>
<div class="wide"><table><thead><tr><th>When</th><th>To</th><th>Subject</th><th>Links</th></tr></thead><tbody>
{{range .Mail}}<tr><td>{{.ReceivedAt.Format "15:04:05"}}</td><td>{{range .To}}{{.}} {{end}}</td><td dir="auto">{{.Subject}}</td><td>{{range .Links}}<a href="{{.}}">{{.}}</a> {{end}}</td></tr>{{else}}<tr><td colspan="4">No e-mail yet.</td></tr>{{end}}</tbody></table></div>
<p><a href="mailbox/">All e-mails and how the server behaves</a></p>
<h2>Registers</h2>
<p><a href="state/">How each register behaves, what it was asked, adding people</a></p>
<h2>Sites that sign people in with Okno</h2>
<ul>{{range .Sites}}<li><a href="{{.Origin}}">{{.Name}}</a> (<a href="sites/{{.Client}}/">how it behaves, what it saw</a>)</li>{{end}}</ul>
<h2>People</h2>
<div class="wide"><table><thead><tr><th>Level</th><th>Name</th><th>Login</th><th>Password</th><th>Number</th><th></th></tr></thead><tbody>
{{range .People}}<tr><td>{{.Level}}</td><td dir="auto">{{.Name}}</td><td>{{.Login}}</td><td>{{.Password}}</td><td>{{.SNILS}}</td><td>{{.About}}</td></tr>{{end}}</tbody></table></div>
<h2>Officers</h2>
<div class="wide"><table><thead><tr><th>Role</th><th>Name</th><th>Login</th><th>Password</th><th>Code now</th></tr></thead><tbody>
{{range .Officers}}<tr><td>{{.Role}}</td><td dir="auto">{{.Name}}</td><td>{{.Login}}</td><td>{{.Password}}</td><td>{{.Code}}</td></tr>{{end}}</tbody></table></div>{{end}}`)

// officerNow is an officer with the code of this moment.
type officerNow struct {
	Officer
	Code string
}

// shown is how many messages the page shows.
const shown = 12

func (d *Demo) showPage(w http.ResponseWriter, _ *http.Request) {
	f := d.file()
	data := struct {
		Portal, Now string
		SMS         []smsc.Message
		Mail        []mail.Message
		People      []Person
		Officers    []officerNow
		Sites       []Site
	}{Portal: f.Portal, Now: d.clock.Now().Format(time.DateTime), SMS: d.Outside.SMS.Messages(""), Mail: d.Outside.Mail.Messages(""), People: f.People, Sites: f.Sites}
	data.SMS, data.Mail = data.SMS[:min(shown, len(data.SMS))], data.Mail[:min(shown, len(data.Mail))]
	for _, o := range f.Officers {
		code, err := totp.GenerateCode(o.TOTP, d.clock.Now())
		if err != nil {
			code = "-"
		}
		data.Officers = append(data.Officers, officerNow{o, code})
	}
	page.Show(w, data)
}
