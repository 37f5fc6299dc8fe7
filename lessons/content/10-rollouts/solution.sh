# step: roll
kubectl set image deployment/web app=my-app:2.0

# step: broken
kubectl set image deployment/web app=my-app:2.1

# step: undo
kubectl rollout undo deployment/web

# step: history
kubectl rollout history deployment/web
kubectl rollout undo deployment/web --to-revision=1

# step: recreate
cat > web.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  strategy:
    type: Recreate
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: app
          image: my-app:2.0
EOF
kubectl apply -f web.yaml
