package esia

import (
	"encoding/binary"
	"slices"
	"sync"
)

// block is 512 bits, least significant byte first.
type block [64]byte

// streebogTables are the linear map and the substitution in one (eight tables of
// 256 words), and the round keys.
type streebogTables struct {
	words [8][256]uint64
	keys  [12]block
}

// streebog makes the tables when they are first needed.
var streebog = sync.OnceValue(func() *streebogTables {
	t := &streebogTables{}
	pi, a, c := unhex(tablePi), unhex(tableA), unhex(tableC)
	for place := range 8 { // of the byte in its word
		for value := range 256 {
			word := uint64(0)
			for bit := range 8 {
				if pi[value]>>bit&1 == 1 {
					word ^= binary.BigEndian.Uint64(a[8*(63-8*place-bit):])
				}
			}
			t.words[place][value] = word
		}
	}
	for i := range t.keys {
		copy(t.keys[i][:], c[64*i:64*i+64])
		slices.Reverse(t.keys[i][:])
	}
	return t
})

func (b block) xor(other block) block {
	for i := range b {
		b[i] ^= other[i]
	}
	return b
}

// lps substitutes, transposes and maps a block (RFC 6986 5).
func (t *streebogTables) lps(b block) (out block) {
	for word := range 8 {
		sum := uint64(0)
		for place := range 8 { // the transposition: byte "place" of this word came from word "place"
			sum ^= t.words[place][b[8*place+word]]
		}
		binary.LittleEndian.PutUint64(out[8*word:], sum)
	}
	return out
}

// compress is the function g of RFC 6986 8.
func (t *streebogTables) compress(count uint64, state, message block) block {
	key := state
	binary.LittleEndian.PutUint64(key[:8], binary.LittleEndian.Uint64(state[:8])^count)
	key = t.lps(key)
	text := message
	for i := range t.keys {
		text = t.lps(text.xor(key))
		key = t.lps(key.xor(t.keys[i]))
	}
	return text.xor(key).xor(state).xor(message)
}

// add is the sum modulo 2^512.
func (b block) add(other block) (sum block) {
	carry := 0
	for i := range b {
		carry += int(b[i]) + int(other[i])
		sum[i] = byte(carry)
		carry >>= 8
	}
	return sum
}

// hash256 is GOST R 34.11-2012 with 256 bits (RFC 6986), in the order of bytes in
// which certificates, signatures and tools write it: least significant first.
func hash256(message []byte) [32]byte {
	t := streebog()
	var state, sum, length, part block
	for i := range state {
		state[i] = 1
	}
	count := uint64(0)
	for ; len(message) >= len(part); message = message[len(part):] {
		copy(part[:], message)
		state = t.compress(count, state, part)
		sum = sum.add(part)
		count += 512
	}
	part = block{}
	part[copy(part[:], message)] = 1
	state = t.compress(count, state, part)
	sum = sum.add(part)
	binary.LittleEndian.PutUint64(length[:8], count+8*uint64(len(message)))
	state = t.compress(0, t.compress(0, state, length), sum)
	return [32]byte(state[32:])
}
