# step: too-early
kubectl apply -f shop.yaml
kubectl logs deployment/shop

# step: readiness
cat > shop.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: shop
          image: busybox
          command: ["sh", "-c", "echo loading; sleep 20; touch /tmp/open; echo open; sleep 3600"]
          readinessProbe:
            exec:
              command: ["test", "-f", "/tmp/open"]
            periodSeconds: 5
EOF
kubectl apply -f shop.yaml
clock until next
clock advance 31s

# step: closes
kubectl apply -f busy.yaml
clock until next
clock until next
clock until next

# step: liveness
cat > stuck.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: stuck
spec:
  containers:
    - name: worker
      image: busybox
      command: ["sh", "-c", "touch /tmp/alive; sleep 30; rm /tmp/alive; echo stuck; sleep 3600"]
      livenessProbe:
        exec:
          command: ["test", "-f", "/tmp/alive"]
        periodSeconds: 5
EOF
kubectl apply -f stuck.yaml
clock until next
clock until next
clock until next

# step: killer
kubectl apply -f slow.yaml
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next

# step: startup
cat > slow.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: slow
spec:
  selector:
    matchLabels:
      app: slow
  template:
    metadata:
      labels:
        app: slow
    spec:
      containers:
        - name: slow
          image: busybox
          command: ["sh", "-c", "echo loading; sleep 40; touch /tmp/alive; echo open; sleep 3600"]
          livenessProbe:
            exec:
              command: ["test", "-f", "/tmp/alive"]
            periodSeconds: 5
          startupProbe:
            exec:
              command: ["test", "-f", "/tmp/alive"]
            periodSeconds: 5
            failureThreshold: 30
EOF
kubectl apply -f slow.yaml
clock until next
clock advance 60s
