// The page of its own: the number of unread ones is in its title.

import "./center.js";

const {title} = document;
document.querySelector("notification-center").addEventListener("unread", ({unread}) => {
  document.title = unread ? `(${unread}) ${title}` : title;
});
