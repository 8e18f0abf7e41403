;; The text of a JSON string, out of the bytes between its quotes, sixteen at a time.
;; `npm run wasm` makes escaped-text-module.ts of it.
(module
  ;; The first 2,048 bytes are the table that escaped-text.ts fills in; behind it stands the text.
  (memory (export "memory") 4)

  ;; Takes the backslashes out of memory[from, to), where it stands, and answers where the text now ends. Answers -1 for what
  ;; JSON's grammar forbids there (a bare quote, a control character), for what is no ASCII, and for any escape but \" and \\.
  (func (export "unescaped") (param $from i32) (param $to i32) (result i32)
    (local $read i32)
    (local $write i32)
    (local $end i32)
    (local $byte i32)
    (local $bytes v128)
    ;; One bit for each of sixteen bytes: quotes, backslashes, backslashes that begin an escape, bytes that are escaped.
    (local $quotes i32)
    (local $backslashes i32)
    (local $starts i32)
    (local $escaped i32)
    ;; 1 where the last byte that was read begins an escape.
    (local $open i32)

    (local.set $read (local.get $from))
    (local.set $write (local.get $from))
    (loop $next
      (if (i32.le_u (i32.add (local.get $read) (i32.const 16)) (local.get $to)) (then
        (local.set $bytes (v128.load (local.get $read)))
        (local.set $backslashes (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 92)))))
        ;; Right where no two stand side by side, but for one that is itself escaped.
        (local.set $starts (i32.and (local.get $backslashes) (i32.xor (local.get $open) (i32.const -1))))
        (if (i32.eqz (i32.and (local.get $starts) (i32.shl (local.get $starts) (i32.const 1)))) (then
          (local.set $quotes (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 34)))))
          (local.set $escaped (i32.and
            (i32.or (i32.shl (local.get $starts) (i32.const 1)) (local.get $open))
            (i32.const 0xffff)))
          (if (i32.or
                (i32.or
                  ;; a quote that is not escaped
                  (i32.and (local.get $quotes) (i32.xor (local.get $escaped) (i32.const -1)))
                  ;; an escape of something else
                  (i32.and
                    (local.get $escaped)
                    (i32.xor (i32.or (local.get $quotes) (local.get $backslashes)) (i32.const -1))))
                ;; As signed numbers, bytes beyond ASCII are below zero.
                (v128.any_true (i8x16.lt_s (local.get $bytes) (i8x16.splat (i32.const 32)))))
            (then (return (i32.const -1))))
          (local.set $open (i32.shr_u (local.get $starts) (i32.const 15)))

          ;; Each half is written whole, what is kept of it first; what follows it is written over.
          (v128.store64_lane 0
            (local.get $write)
            (i8x16.swizzle
              (local.get $bytes)
              (v128.load64_zero (i32.shl (i32.and (local.get $starts) (i32.const 255)) (i32.const 3)))))
          (local.set $write (i32.sub
            (i32.add (local.get $write) (i32.const 8))
            (i32.popcnt (i32.and (local.get $starts) (i32.const 255)))))
          (v128.store64_lane 0
            (local.get $write)
            (i8x16.swizzle
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $bytes) (local.get $bytes))
              (v128.load64_zero (i32.shl (i32.shr_u (local.get $starts) (i32.const 8)) (i32.const 3)))))
          (local.set $write (i32.sub
            (i32.add (local.get $write) (i32.const 8))
            (i32.popcnt (i32.shr_u (local.get $starts) (i32.const 8)))))
          (local.set $read (i32.add (local.get $read) (i32.const 16)))
          (br $next)))))

      ;; Byte by byte: sixteen of which two backslashes stand side by side, or the last few.
      (local.set $end (i32.add (local.get $read) (i32.const 16)))
      (local.set $end
        (select (local.get $to) (local.get $end) (i32.lt_u (local.get $to) (local.get $end))))
      (block $done
        (loop $one
          (br_if $done (i32.ge_u (local.get $read) (local.get $end)))
          (local.set $byte (i32.load8_s (local.get $read)))
          (local.set $read (i32.add (local.get $read) (i32.const 1)))
          (if (local.get $open)
            (then
              (if (i32.and
                    (i32.ne (local.get $byte) (i32.const 34))
                    (i32.ne (local.get $byte) (i32.const 92)))
                (then (return (i32.const -1))))
              (local.set $open (i32.const 0)))
            (else
              (if (i32.eq (local.get $byte) (i32.const 92))
                (then (local.set $open (i32.const 1)) (br $one)))
              (if (i32.or
                    (i32.eq (local.get $byte) (i32.const 34))
                    (i32.lt_s (local.get $byte) (i32.const 32)))
                (then (return (i32.const -1))))))
          (i32.store8 (local.get $write) (local.get $byte))
          (local.set $write (i32.add (local.get $write) (i32.const 1)))
          (br $one)))
      (br_if $next (i32.lt_u (local.get $read) (local.get $to))))
    (if (local.get $open) (then (return (i32.const -1))))
    (local.get $write)))
