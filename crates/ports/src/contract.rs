//! The contract suites: what every adapter of a port must do, as tests that each adapter runs.
//!
//! | suite | run it with |
//! |---|---|
//! | [`MemoryStore`] | [`memory_store_contract!`](crate::memory_store_contract) |
//! | [`KeyStore`](crate::KeyStore) | [`key_store_contract!`](crate::key_store_contract) |
//! | [`AccountStore`](crate::AccountStore) | [`account_store_contract!`](crate::account_store_contract) |
//! | [`AuditLog`](crate::AuditLog) | [`audit_log_contract!`](crate::audit_log_contract) |
//! | [`OAuthStore`](crate::OAuthStore) | [`oauth_store_contract!`](crate::oauth_store_contract) |
//! | [`SpaceStore`](crate::SpaceStore) | [`space_store_contract!`](crate::space_store_contract) |
//!
//! An adapter implements [`StoreUnderTest`] in its tests and calls the macro there; it gets one test for each case,
//! named as the case. To add a case: write it in the file of its use case and add its name to
//! [`memory_store_cases!`](crate::memory_store_cases).

#![expect(missing_docs, reason = "the names of the cases are sentences")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a case fails by panicking")]

pub mod accounts;
pub mod audit;
pub mod backup;
pub mod carrying;
pub mod chunks;
pub mod closing;
pub mod context;
pub mod delete;
pub mod dump;
pub mod entities;
pub mod events;
pub mod get;
pub mod identities;
pub mod insert;
pub mod integrity;
pub mod keys;
pub mod list;
pub mod list_keys;
pub mod near_pairs;
pub mod oauth;
pub mod origin;
pub mod purge;
mod random;
pub mod resolve;
mod sample;
pub mod search_text;
pub mod search_vectors;
pub mod search_words;
pub mod sequences;
pub mod shared_spaces;
pub mod spaces;
pub mod statistics;
pub mod supersede;
pub mod survey;
pub mod undelete;
pub mod unembedded;
pub mod update;
pub mod usage;

use std::path::PathBuf;

use async_trait::async_trait;
use model::{ContentHash, ModelIdentity};

use crate::MemoryStore;

/// An adapter of [`MemoryStore`] under test, together with what it lives in (a folder, a server).
#[async_trait]
pub trait StoreUnderTest: Send + Sync + Sized {
    /// A new, empty store, opened for any model of at least 8 dimensions.
    async fn empty() -> Self;

    /// The store.
    fn store(&self) -> &dyn MemoryStore;

    /// Marks a live memory as one that another took the place of, without a word in the other: databases hold such
    /// memories. The adapter writes to its database directly.
    async fn supersede(&self, old: &ContentHash, new: &ContentHash);

    /// The same memories, opened for another model.
    async fn reopened(self, model: ModelIdentity) -> Self;

    /// A directory for the files of a case, beside the store's own.
    fn files(&self) -> PathBuf;

    /// Links a live memory to an entity, as the original does. The adapter writes to its database directly.
    async fn link_entity(&self, memory: &ContentHash, name: &str);

    /// Draws an edge between two live memories, as the original does. The adapter writes to its database directly.
    async fn link_memories(&self, from: &ContentHash, to: &ContentHash);
}

/// Calls the macro `$then` of this crate with `$args` and the names of all cases, by file.
#[macro_export]
macro_rules! memory_store_cases {
    ($then:ident $args:tt) => {
        $crate::$then! { $args
            insert {
                a_new_memory_is_read_back_as_it_was_written
                a_memory_without_tags_has_the_tag_untagged
                texts_of_every_kind_are_kept_to_the_byte
                a_live_memory_of_the_same_key_is_a_duplicate
                a_duplicate_is_found_in_another_partition
                a_deleted_memory_gives_way_to_a_new_one_of_its_key
                a_memory_without_a_vector_is_pending
                a_vector_of_another_dimension_is_refused_and_nothing_is_written
                one_key_stored_at_the_same_time_is_created_once
            }
            get {
                a_key_that_is_not_there_is_none
                a_memory_is_found_in_any_partition
                many_come_in_the_order_of_their_numbers_in_the_call
                more_numbers_than_a_statement_has_parameters_are_read
            }
            resolve {
                a_prefix_gives_the_keys_that_begin_with_it_in_order
                a_whole_key_gives_itself_alone
                no_more_keys_than_the_limit_are_given
                characters_of_a_pattern_are_data
                superseded_memories_are_meant_and_deleted_ones_are_not
            }
            list {
                the_newest_comes_first_then_the_greater_key
                pages_together_give_every_memory_once
                a_page_beyond_the_end_is_empty_and_has_the_total
                only_the_keys_of_the_filter_are_given
                one_tag_or_all_tags_can_be_asked_for
                a_tag_is_compared_whole_and_its_characters_are_data
                the_kind_is_compared_exactly
                a_range_of_time_has_its_beginning_and_not_its_end
                only_the_partitions_of_the_filter_are_given
                superseded_memories_are_given_only_when_asked_for
                all_conditions_must_hold
            }
            origin {
                a_memory_shows_where_it_came_from_and_when_it_happened
                a_memory_of_the_original_has_no_origin
                no_later_write_changes_the_origin
                time_filters_and_lists_go_by_when_it_happened
                a_memory_stored_anew_has_the_new_origin
            }
            search_text {
                a_memory_is_found_by_any_piece_of_its_text
                case_does_not_matter_in_any_script
                nothing_in_the_text_is_syntax
                the_newest_comes_first_and_pages_have_the_total
                every_condition_of_the_filter_holds
                superseded_memories_are_found_only_when_asked_for
            }
            search_words {
                a_memory_is_found_by_each_of_its_words
                case_does_not_matter
                more_of_the_words_is_better
                a_memory_that_has_the_whole_query_comes_first
                blanks_and_signs_between_its_words_are_no_part_of_the_whole_query
                coverage_is_the_share_of_the_query
                a_query_without_a_word_finds_nothing
                the_filter_is_applied_before_the_cut
                every_condition_of_the_filter_holds_for_the_hits
                no_more_candidates_than_the_limit_are_given
                syntax_in_a_query_is_data
                long_and_strange_queries_are_no_error
                deleted_and_superseded_memories_are_not_found
            }
            search_vectors {
                the_nearest_comes_first_with_its_exact_cosine
                the_length_of_a_vector_does_not_matter
                the_filter_is_applied_before_the_cut
                every_condition_of_the_filter_holds_for_the_hits
                no_more_candidates_than_the_limit_are_given
                a_vector_of_another_dimension_is_refused
                memories_without_a_vector_are_not_found
                deleted_and_superseded_memories_are_not_found
                a_memory_stored_anew_has_no_vector_of_the_deleted_one
                the_cosines_of_given_memories_are_exact
            }
            context {
                neighbours_are_next_to_a_memory_in_its_own_conversation
                a_memory_of_no_conversation_has_no_neighbours
                a_conversation_is_in_the_order_in_which_it_happened
                fields_and_tags_name_conversations_too
                only_what_meets_the_filter_is_given_and_keeps_its_place
                deleted_memories_have_no_place_and_superseded_ones_are_not_given
                speakers_and_linked_entities_are_named
                a_long_conversation_is_known_near_a_memory
            }
            delete {
                a_deleted_memory_is_gone_from_every_answer
                the_deleted_keys_are_named
                memories_that_the_filter_does_not_mean_stay
                each_condition_selects_what_is_deleted
                superseded_memories_stay_unless_they_are_meant
                deleting_twice_deletes_nothing_more
                nothing_is_deleted_by_an_empty_list_of_keys
            }
            spaces {
                a_new_store_has_vectors_of_its_model_alone
                vectors_of_the_model_before_stay_searchable
                a_query_must_be_of_the_models_dimension
                vectors_of_another_model_can_be_dropped_and_its_own_not
            }
            near_pairs {
                near_pairs_come_nearest_first
                both_memories_of_a_pair_meet_the_filter
                many_memories_are_compared_with_each_other
            }
            undelete {
                a_deletion_that_is_undone_leaves_everything_as_it_was
                a_deletion_brings_back_its_own_memories_alone
                a_deletion_of_nothing_has_no_number
                memories_can_be_brought_back_by_their_keys
                what_was_stored_anew_is_told_and_not_overwritten
                a_memory_deleted_again_belongs_to_the_later_deletion
                a_chain_of_versions_is_whole_again
            }
            purge {
                what_was_deleted_before_a_time_is_gone_for_good
                live_memories_are_kept_and_told
                a_purge_of_nothing_changes_nothing
                a_purged_text_is_new_when_it_is_stored_again
            }
            update {
                a_key_that_is_not_there_is_none
                a_change_of_nothing_changes_nothing
                only_the_named_fields_change
                metadata_are_merged_and_null_removes_a_field
                tags_are_replaced_and_found_at_once
                a_kind_can_be_set_and_cleared
                times_are_what_the_caller_says
                a_memory_can_be_marked_as_superseded_and_made_current_again
                deleted_memories_are_not_changed
            }
            supersede {
                a_new_version_takes_the_place_of_the_old_one
                a_new_version_stays_in_the_partition_of_the_old_one
                a_chain_counts_up_and_is_told_from_every_memory_of_it
                a_memory_that_is_not_live_has_no_new_version
                a_chain_does_not_fork
                a_text_that_is_there_already_is_a_duplicate
                a_deleted_text_can_come_back_as_a_new_version
                a_vector_of_another_dimension_is_refused_and_nothing_is_written
                deleted_versions_are_told_without_their_text
                a_memory_without_versions_has_a_history_of_one
                a_key_that_was_never_there_has_no_history
            }
            survey {
                the_most_frequent_tags_come_first
                tags_are_counted_without_regard_to_case_and_once_a_memory
                tags_can_be_asked_for_by_how_they_begin
                kinds_are_counted_as_they_were_stored
                counts_are_of_the_memories_that_meet_the_filter
                an_empty_store_has_an_empty_survey
                everything_is_counted
                ages_and_weeks_are_told_at_their_edges
            }
            usage {
                every_use_is_counted
                what_the_original_counted_is_added
                numbers_that_are_not_live_are_left_out
                unused_memories_are_found
                every_search_knows_the_new_conditions
                an_entity_is_compared_without_regard_to_case
                an_agent_is_known_by_origin_field_or_tag
                a_conversation_is_known_by_origin_or_field
            }
            entities {
                entities_with_most_memories_come_first
                links_are_given_from_either_end
                neighbours_are_found_in_both_directions
                what_the_filter_leaves_out_has_no_links
            }
            events {
                a_stored_memory_is_told_with_a_little_of_it
                what_happened_is_told_in_order_and_in_parts
                changes_and_deletions_are_told
                what_is_not_there_any_more_was_not_stored
                a_new_version_is_stored_and_the_old_one_changed
                what_changes_no_memory_is_no_event
                a_point_after_the_end_is_told_as_a_gap
                a_probe_leaves_nothing
            }
            list_keys {
                keys_come_in_order_page_by_page
                deleted_memories_are_among_them_when_they_are_asked_for
            }
            unembedded {
                memories_that_wait_come_oldest_first_and_page_by_page
                memories_of_every_partition_wait_and_superseded_ones_too
                an_added_vector_is_searched_from_then_on
                a_vector_that_is_there_is_not_replaced
                a_vector_for_a_memory_that_was_deleted_meanwhile_is_dropped
                a_vector_never_lands_on_a_memory_of_another_key
                one_vector_of_another_dimension_and_none_is_written
                the_vectors_of_a_new_store_are_its_own
            }
            chunks {
                a_memory_is_as_near_as_the_nearest_of_its_vectors
                long_memories_without_chunks_wait_for_them_oldest_first
                added_chunks_are_searched_from_then_on
                chunks_never_land_on_a_memory_that_is_gone_or_another
                a_chunk_of_another_dimension_is_refused_and_nothing_is_written
                a_deletion_takes_the_chunks_and_brings_them_back
                near_pairs_are_of_whole_memories
            }
            statistics {
                an_empty_store_counts_nothing
                every_write_is_counted
                partitions_tags_and_the_span_of_time_are_told
            }
            dump {
                a_dump_has_one_order_whatever_was_written_first
                what_is_not_asked_for_is_not_given
                edges_are_given_that_lie_within_the_filter
                what_is_loaded_is_dumped_as_it_was
                a_loaded_memory_is_found_as_any_other
                what_is_here_stays_and_that_is_told
                a_deleted_memory_gives_way_when_that_is_asked_for
                a_loaded_deletion_can_be_taken_back
                a_deletion_keeps_its_number_unless_another_one_has_it
                one_vector_of_another_dimension_and_nothing_is_loaded
                a_sink_can_end_a_dump
            }
            carrying {
                whatever_was_done_is_carried_without_loss
            }
            sequences {
                any_sequence_of_writes_leaves_what_it_means
            }
            backup {
                a_backup_is_a_file_of_its_own
                a_file_that_is_there_is_not_overwritten
                backups_with_made_names_are_listed_newest_first
                what_is_no_backup_of_this_store_is_not_listed
                a_backup_is_removed_whole_and_only_once
                the_next_backup_is_claimed_by_one_at_a_time
            }
            integrity {
                a_store_in_use_is_sound
                a_repair_changes_no_memory
            }
            closing {
                a_closed_store_refuses_every_call
                closing_twice_is_no_error
                a_write_while_the_store_is_being_closed_is_done_or_refused
            }
        }
    };
}

/// One `#[test]` for each case of the suite of [`MemoryStore`]: `memory_store_contract!(MyStoreUnderTest, block_on)`,
/// where `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! memory_store_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::memory_store_cases! { memory_store_tests ($adapter, $block_on) }
    };
}

/// The tests of [`memory_store_contract!`].
#[doc(hidden)]
#[macro_export]
macro_rules! memory_store_tests {
    (($adapter:ty, $block_on:path) $($file:ident { $($case:ident)* })*) => {
        $(mod $file {
            use super::*;
            $(
                #[test]
                fn $case() {
                    $block_on($crate::contract::$file::$case::<$adapter>());
                }
            )*
        })*
    };
}

#[cfg(test)]
mod tests;
