# kitfox_embed(OUTPUT_VARIABLE FUNCTION file): generates a source file with
#   std::string_view kitfox::conformance::FUNCTION() noexcept
# that returns the file's text, and puts its path into OUTPUT_VARIABLE. Built again when the file changes.
set(kitfox_embed_script "${CMAKE_CURRENT_LIST_DIR}/write_embedded.cmake")

function(kitfox_embed output_variable function file)
  get_filename_component(source "${file}" ABSOLUTE)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DOUTPUT=${output} -DFUNCTION=${function} -P "${kitfox_embed_script}"
    DEPENDS "${source}" "${kitfox_embed_script}"
    COMMENT "Embedding ${file}" VERBATIM)
  set(${output_variable} "${output}" PARENT_SCOPE)
endfunction()
