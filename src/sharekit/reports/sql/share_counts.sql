-- How often a product or page was shared, by network, since its first event.
SELECT network, SUM(weight) AS how_many
FROM events
WHERE bot = 0 AND name = 'share' AND product_id = :product_id
GROUP BY network
