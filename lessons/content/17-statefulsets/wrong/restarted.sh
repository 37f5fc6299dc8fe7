# step: release
kubectl rollout restart statefulset db
