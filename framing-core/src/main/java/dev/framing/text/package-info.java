/**
 * The text form of codecs, for command lines and configuration files: {@link dev.framing.text.Codecs#parse} and
 * {@link dev.framing.text.Codecs#print}.
 *
 * <pre>
 *   codec     = name [ "(" [ parameter *( "," parameter ) ] ")" ]       a family, or a ready-made codec
 *   parameter = [ name "=" ] value
 *   value     = string | number | word
 *   string    = DQUOTE *( character | "\r" | "\n" | "\t" | "\0" | "\\" | "\"" | "\x" 2HEXDIG ) DQUOTE
 *   number    = [ "-" ] ( 1*DIGIT [ "k" | "m" | "g" ] | "0x" 1*HEXDIG )      k = 1024 bytes
 *   name, word = 1*( ALPHA | DIGIT | "-" | "_" | "." | "?" )
 * </pre>
 *
 * White space between these means nothing. A character of a string stands for its bytes in UTF-8.
 */
@NullMarked
package dev.framing.text;

import org.jspecify.annotations.NullMarked;
