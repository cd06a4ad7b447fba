# cmake -DCMARK=<cmark-gfm> -DPAGE=<.md> -DHTML=<.html> -P: a page of mod_ws/docs as HTML; the
# directives in the form of httpd's own reference.
execute_process(COMMAND ${CMARK} --extension table --extension autolink ${PAGE}
  OUTPUT_VARIABLE body COMMAND_ERROR_IS_FATAL ANY)

# A heading can be linked to: by its name in small letters, without signs, "-" for a space.
string(REGEX MATCHALL "<h[1-4]>[^\n]*</h[1-4]>" headings "${body}")
foreach(heading IN LISTS headings)
  string(REGEX REPLACE "<[^>]*>" "" id "${heading}")
  string(TOLOWER "${id}" id)
  string(REGEX REPLACE "&[a-z]+;|[^a-z0-9_ -]" "" id "${id}")
  string(REPLACE " " "-" id "${id}")
  string(REGEX REPLACE "^<h([1-4])>" "<h\\1 id=\"${id}\">" marked "${heading}")
  string(REPLACE "${heading}" "${marked}" body "${body}")
endforeach()

# A directive's table has its titles on the left.
foreach(title IN ITEMS Description Syntax Default Context Status Module)
  string(REPLACE "<td>${title}</td>" "<th>${title}:</th>" body "${body}")
endforeach()
string(REPLACE "<thead>\n<tr>\n<th></th>\n<th></th>\n</tr>\n</thead>\n" "" body "${body}")

# Links to other pages stay; what is outside of mod_ws/docs is only in the source.
string(REGEX REPLACE "(href=\"[^\":]*)\\.md([\"#])" "\\1.html\\2" body "${body}")
string(REGEX REPLACE 
  "<a href=\"(\\.\\./)+(plugin_sdk|plugins|tests|mod_ws|conf|README|LICENSE)[^\"]*\">(([^<]|</?code>)*)</a>"
  "\\3" body "${body}")
string(REPLACE /usr/local/share /usr/share body "${body}")

file(STRINGS ${PAGE} title LIMIT_COUNT 1)
string(REGEX REPLACE "^#+ *" "" title "${title}")
file(WRITE ${HTML} "<!DOCTYPE html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>${title} - mod_websocket</title>
<style>
body { max-width: 60em; margin: 2em auto; padding: 0 1em; font-family: sans-serif; line-height: 1.45 }
table { border-collapse: collapse } td, th { padding: .2em .8em .2em 0; text-align: left; vertical-align: top }
pre { background: #f4f4f4; padding: .6em; overflow-x: auto } h2 { border-top: 1px solid #ccc; padding-top: .6em }
</style>
${body}</html>
")
