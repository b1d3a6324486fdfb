package api

import "heed/internal/people"

func (s *Server) directoryRoutes() map[string]route {
	return map[string]route{
		"POST /api/distrust":    {people.ActDistrust, s.distrust},
		"POST /api/translate":   {people.ActTranslate, s.translate},
		"GET /api/translations": {people.ActRead, s.languageContent},
	}
}
