# wsp_add_plugin(): builds a plugin for mod_websocket. Needs the target wsp::sdk.
#
#   wsp_add_plugin(<name> SOURCES <file>... [LIBRARIES <library>...]
#                  [OUTPUT_DIRECTORY <dir>] [NO_INSTALL])
#
# Makes the target <name>: a module <name>.so that exports nothing but wsp_plugin_v1. It is installed
# into WSP_PLUGIN_DIR (default: websocket/ beside httpd's modules), unless NO_INSTALL.
set(WSP_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/plugin.version" CACHE INTERNAL "")

function(wsp_add_plugin name)
  cmake_parse_arguments(ARG "NO_INSTALL" "OUTPUT_DIRECTORY" "SOURCES;LIBRARIES" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
    message(FATAL_ERROR "wsp_add_plugin(${name} SOURCES <file>...): wrong arguments")
  endif()

  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE wsp::sdk ${ARG_LIBRARIES})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${WSP_VERSION_SCRIPT}")
  # A unique symbol would pin the .so in memory after httpd unloads it.
  target_compile_options(${name} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE "LINKER:--version-script=${WSP_VERSION_SCRIPT}")
  # A sanitizer's own symbols come from the program that loads the module.
  if(NOT WS_SANITIZE AND NOT "${CMAKE_CXX_FLAGS}${CMAKE_C_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE "LINKER:-z,defs")
  endif()

  if(NOT ARG_OUTPUT_DIRECTORY)
    get_property(ARG_OUTPUT_DIRECTORY GLOBAL PROPERTY WSP_OUTPUT_DIRECTORY)
  endif()
  if(ARG_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${ARG_OUTPUT_DIRECTORY}")
  endif()

  if(NOT ARG_NO_INSTALL)
    get_property(directory GLOBAL PROPERTY WSP_INSTALL_DIRECTORY)
    if(WSP_PLUGIN_DIR)
      set(directory "${WSP_PLUGIN_DIR}")
    endif()
    install(TARGETS ${name} LIBRARY DESTINATION "${directory}" COMPONENT plugins)
  endif()
endfunction()
