# Where httpd and APR are: headers, flags, and the directory of httpd's modules.
find_program(WS_APXS NAMES apxs2 apxs REQUIRED)
find_program(WS_APR_CONFIG NAMES apr-1-config REQUIRED)

function(ws_ask variable)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

ws_ask(WS_HTTPD_INCLUDE ${WS_APXS} -q INCLUDEDIR)
ws_ask(WS_APR_INCLUDE ${WS_APR_CONFIG} --includedir)
ws_ask(WS_APR_FLAGS ${WS_APR_CONFIG} --cppflags)
separate_arguments(WS_APR_FLAGS)
ws_ask(ws_libexecdir ${WS_APXS} -q LIBEXECDIR)
set(WS_MODULE_DIR "${ws_libexecdir}" CACHE PATH "Where httpd's modules are installed")
