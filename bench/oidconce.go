package main

import "context"

func rotation(ctx context.Context, w *workshop) error { return nil }
func onceOnly(ctx context.Context, w *workshop) error { return nil }
