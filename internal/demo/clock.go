package demo

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"okno/internal/clock"
)

// savedClock is the time machine: the system's clock moved forward by an offset
// that is kept in a file, so that time does not run backwards after a restart.
type savedClock struct {
	path string

	mu    sync.RWMutex
	ahead time.Duration
}

func openClock(path string) (*savedClock, error) {
	c := &savedClock{path: path}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64)
	if err != nil || seconds < 0 {
		return nil, fmt.Errorf("demo: %s does not hold the clock's offset in seconds", path)
	}
	c.ahead = time.Duration(seconds) * time.Second
	return c, nil
}

// Now implements clock.Clock.
func (c *savedClock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return clock.System{}.Now().Add(c.ahead)
}

// longest is the farthest that one step of the time machine goes.
const longest = 10 * 365 * 24 * time.Hour

var errStep = errors.New(`advance must be a time such as "90m" or "720h", forward and at most ten years`)

// advance moves the clock forward and keeps the offset, in whole seconds.
func (c *savedClock) advance(d time.Duration) (time.Time, error) {
	if d <= 0 || d > longest {
		return c.Now(), errStep
	}
	c.mu.Lock()
	ahead := (c.ahead + d).Truncate(time.Second)
	err := os.WriteFile(c.path, []byte(strconv.FormatInt(int64(ahead/time.Second), 10)), 0o600)
	if err == nil {
		c.ahead = ahead
	}
	c.mu.Unlock()
	return c.Now(), err
}
