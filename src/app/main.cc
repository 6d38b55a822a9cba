#include "app/cli.h"

int main(int count, char** arguments) { return postroad::app::run_command_line(count, arguments); }
