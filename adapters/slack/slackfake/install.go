package slackfake

// The app's credentials for installations.
const (
	ClientID     = "1234.5678"
	ClientSecret = "client-secret-of-the-app"
)

// AddWorkspace adds a second workspace with its own token. Channels and people are shared with the first.
func (s *Server) AddWorkspace(team, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = team
}

// Approve returns the code with which a browser comes back after a person has added the app to a workspace.
func (s *Server) Approve(team string) (code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code = s.nextID("code")
	s.codes[code] = team
	return code
}

// exchange answers oauth.v2.access: a code is good once. The caller holds mu.
func (s *Server) exchange(c call, refuse func(word) map[string]any) map[string]any {
	team := s.codes[c.get("code")]
	switch {
	case c.get("client_id") != ClientID || c.get("client_secret") != ClientSecret:
		return refuse(no("bad_client_secret"))
	case team == "":
		return refuse(no("invalid_code"))
	case c.get("redirect_uri") == "":
		return refuse(no("bad_redirect_uri"))
	}
	delete(s.codes, c.get("code"))
	token := "xoxb-" + "installed-" + team
	s.tokens[token] = team
	return map[string]any{"ok": true, "access_token": token, "token_type": "bot", "bot_user_id": BotUser, "team": map[string]any{"id": team, "name": "Team " + team}}
}
