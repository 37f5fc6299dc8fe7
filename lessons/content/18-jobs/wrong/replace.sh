# step: overlap
kubectl apply -f slow.yaml
clock advance 150s
kubectl patch cronjob slow -p '{"spec":{"concurrencyPolicy":"Replace"}}'
clock advance 120s
