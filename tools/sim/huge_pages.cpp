// Read by jemalloc when the program starts. The nodes of a big run lie in hundreds of megabytes and are visited in
// turn: with pages of 4 KiB nearly every visit walks the page tables too.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,metadata_thp:always";
}
