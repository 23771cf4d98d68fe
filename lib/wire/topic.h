/* 主题: names of the topics that are not one participant's; those of a participant: bus/bus.h. docs/DATAFLOW.md. */
#ifndef ECOCASE_WIRE_TOPIC_H
#define ECOCASE_WIRE_TOPIC_H
#define TOPIC_CLOCK       "ecocase.clock"
#define TOPIC_DEAD_LETTER "ecocase.dead-letter"
/* which papers' chunks are to be shipped again (adapters/chunks), one partition, for all */
#define TOPIC_WANTED "ecocase.wanted"
#endif
