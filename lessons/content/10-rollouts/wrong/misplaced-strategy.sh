# step: recreate
cat > web.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    strategy:
      type: Recreate
    spec:
      containers:
        - name: app
          image: my-app:1.0
EOF
kubectl apply -f web.yaml
