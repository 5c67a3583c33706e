"""What a Lemmy server tells beside what people did there: its settings and an account's, as a fresh server has them.

Nothing of it changes how this server behaves; clients expect it to be there.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

#: Counts that this server does not keep.
ACTIVE: Json = dict.fromkeys(
    ("users_active_day", "users_active_week", "users_active_month", "users_active_half_year"), 0
)

#: Limits on calls that it does not have, in the spelling of each version.
OTHER_LIMITS: Json = {
    "local_site_id": 1,
    "image": 6,
    "image_per_second": 3600,
    "import_user_settings": 1,
    "import_user_settings_per_second": 86400,
}
OTHER_LIMITS4: Json = {
    "local_site_id": 1,
    "image_max_requests": 6,
    "image_interval_seconds": 3600,
    "import_user_settings_max_requests": 1,
    "import_user_settings_interval_seconds": 86400,
}

_SITE: Json = {
    "id": 1,
    "site_id": 1,
    "site_setup": True,
    "community_creation_admin_only": False,
    "private_instance": False,
    "default_theme": "browser",
    "application_email_admins": False,
    "reports_email_admins": False,
    "federation_enabled": True,
    "federation_signed_fetch": False,
}
LOCAL_SITE: Json = {
    **_SITE,
    "enable_downvotes": True,
    "enable_nsfw": True,
    "require_email_verification": False,
    "default_post_listing_type": "Local",
    "default_post_listing_mode": "List",
    "default_sort_type": "Active",
    "hide_modlog_mod_names": True,
    "actor_name_max_length": 20,
    "captcha_enabled": False,
    "captcha_difficulty": "medium",
    "registration_mode": "Open",
}
LOCAL_SITE4: Json = {
    **_SITE,
    **dict.fromkeys(("post_upvotes", "post_downvotes", "comment_upvotes", "comment_downvotes"), "all"),
    "email_verification_required": False,
    "email_notifications_disabled": False,
    "default_post_listing_type": "local",
    "default_post_listing_mode": "list",
    "default_post_sort_type": "active",
    "default_comment_sort_type": "hot",
    "default_items_per_page": 20,
    "registration_mode": "open",
    "oauth_registration": False,
    "nsfw_content_disallowed": False,
    "image_mode": "none",
    "image_upload_timeout_seconds": 30,
    "image_max_thumbnail_size": 512,
    "image_max_avatar_size": 512,
    "image_max_banner_size": 1024,
    "image_max_upload_size": 1024,
    "image_allow_video_uploads": False,
    "image_upload_disabled": True,
    "max_invites_per_user_allowed": 0,
}

_USER: Json = {
    "show_avatars": True,
    "theme": "browser",
    "interface_language": "browser",
    "send_notifications_to_email": False,
    "email_verified": False,
    "accepted_application": False,
    "open_links_in_new_tab": False,
    "blur_nsfw": True,
    "infinite_scroll_enabled": False,
    "collapse_bot_comments": False,
}
LOCAL_USER: Json = {
    **_USER,
    "default_sort_type": "Active",
    "default_listing_type": "Local",
    "post_listing_mode": "List",
    "show_scores": True,
    "auto_expand": False,
    "enable_keyboard_navigation": False,
    "enable_animated_images": True,
    "last_donation_notification": "2026-01-01T00:00:00Z",
}
LOCAL_USER4: Json = {
    **_USER,
    "default_post_sort_type": "active",
    "default_comment_sort_type": "hot",
    "default_listing_type": "local",
    "default_items_per_page": 20,
    "post_listing_mode": "list",
    "show_score": False,
    "show_upvotes": True,
    "show_downvotes": "show",
    "show_upvote_percentage": False,
    "show_person_votes": True,
    "show_media": True,
    "hide_posts_with_media": False,
    "private_messages_enabled": True,
    "animated_images_enabled": True,
    "auto_mark_fetched_posts_as_read": False,
    "last_donation_notification_at": "2026-01-01T00:00:00Z",
}
VOTE_DISPLAY: Json = {"score": False, "upvotes": True, "downvotes": True, "upvote_percentage": False}
