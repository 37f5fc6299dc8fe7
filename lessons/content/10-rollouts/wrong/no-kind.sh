# step: undo
kubectl rollout undo web
