package bottest_test

import (
	"testing"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/digest"
)

func TestStoreKeepsDigests(t *testing.T) {
	t.Parallel()
	bottest.DigestStore(t, func(testing.TB) digest.Store { return bottest.NewStore() })
}

func TestStoreRemembers(t *testing.T) {
	t.Parallel()
	bottest.Memory(t, func(testing.TB) bot.Memory { return bottest.NewStore() })
}

func TestStoreKeepsNotices(t *testing.T) {
	t.Parallel()
	bottest.NoticeBoard(t, func(testing.TB) digest.Board { return bottest.NewStore() })
}
