# Run by cpack on what is about to be packed: each package gets its changelog and copyright, and
# manuals are compressed, as Debian's policy wants it.
find_program(gzip gzip REQUIRED)
file(GLOB packages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
foreach(package IN LISTS packages)
  get_filename_component(component ${package} NAME)
  string(TOUPPER ${component} component)
  set(name ${CPACK_DEBIAN_${component}_PACKAGE_NAME})
  set(doc ${package}/usr/share/doc/${name})
  file(COPY ${CPACK_WS_DEBIAN}/copyright DESTINATION ${doc})
  file(WRITE ${doc}/changelog.Debian
"${name} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * mod_websocket ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  file(GLOB_RECURSE texts ${package}/usr/share/man/* ${doc}/changelog.Debian)
  execute_process(COMMAND ${gzip} -9n ${texts} COMMAND_ERROR_IS_FATAL ANY)
  set(overrides ${CPACK_WS_DEBIAN}/${name}.lintian-overrides)
  if(EXISTS ${overrides})
    file(COPY ${overrides} DESTINATION ${package}/usr/share/lintian/overrides)
    file(RENAME ${package}/usr/share/lintian/overrides/${name}.lintian-overrides
      ${package}/usr/share/lintian/overrides/${name})
  endif()
endforeach()
