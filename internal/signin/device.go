package signin

import "strings"

// names finds the first mark in a user agent; the order matters, because
// browsers name their forefathers.
type names []struct{ mark, name string }

var browsers = names{{"YaBrowser", "Yandex Browser"}, {"Edg", "Edge"}, {"OPR", "Opera"}, {"SamsungBrowser", "Samsung Internet"},
	{"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}}

var systems = names{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}

func (n names) of(agent string) string {
	for _, one := range n {
		if strings.Contains(agent, one.mark) {
			return one.name
		}
	}
	return ""
}

// Device says a browser in words that people know, "" when it says nothing of itself.
func Device(agent string) string {
	browser, system := browsers.of(agent), systems.of(agent)
	if browser == "" || system == "" {
		return browser + system
	}
	return browser + ", " + system
}
